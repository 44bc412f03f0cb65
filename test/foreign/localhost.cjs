// Every name under .localhost is this machine (RFC 6761, section 6.3), which not every resolver knows. An HTTP API of the
// emulator is at https://<api>.execute-api.localhost.
const dns = require('node:dns')

const { lookup } = dns

dns.lookup = (name, options, callback) => lookup(/(^|\.)localhost$/.test(name) ? '127.0.0.1' : name, options, callback)
