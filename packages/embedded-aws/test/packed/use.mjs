import { execFileSync, spawn } from 'node:child_process'
import assert from 'node:assert'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createCloud } from '@bellwether/embedded-aws'

assert.equal(typeof createCloud, 'function')
const command = path.resolve('node_modules/.bin/embedded-aws')
assert.match(
  execFileSync(command, ['--help'], { encoding: 'utf8' }),
  /embedded-aws --port 4577 --data DIR --template FILE/,
)

const folder = mkdtempSync(path.join(tmpdir(), 'cloud-'))
const template = path.join(folder, 'template.json')
writeFileSync(template, JSON.stringify({ Resources: { Queue: { Type: 'AWS::SQS::Queue' } } }))
const child = spawn(command, ['--port', '0', '--data', path.join(folder, 'data'), '--template', template])
const said = await new Promise((resolve, reject) => {
  let text = ''
  child.stderr.on('data', (chunk) => reject(new Error(String(chunk))))
  child.stdout.on('data', (chunk) => {
    text += chunk
    if (text.includes('AWS::SQS::Queue')) resolve(text)
  })
})
assert.match(said, /^The cloud listens at http:\/\/127\.0\.0\.1:\d+/)
child.kill('SIGTERM')
await new Promise((resolve) => child.on('close', resolve))
rmSync(folder, { recursive: true })
console.log('import: the command serves a template')
