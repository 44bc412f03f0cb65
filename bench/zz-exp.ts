import { assistanceOf } from '../shared/statistics/assistance'
import { differencePart, displayed, estimateOf } from '../shared/statistics/difference'
import { judgementErrors } from '../shared/statistics/judgement-errors'
import { pairCounts } from '../shared/statistics/pair-counts'
import { drawDay, populationOf, samplesOf, truthOf, worldOf, type Cell } from './coverage-world'
const [,, rateS='0', shareS='0.2', N='2000', modelS='fair', labelsS='30'] = process.argv
const rate=Number(rateS), share=Number(shareS)
const cell: Cell = { name:'', share, posts:240, copies:false, classes:2, mistakes:{rates:[rate,rate]}, model: modelS as any, labels:Number(labelsS), pairs:300, days:1, basis:'posts' }
const world = worldOf(cell, 5)
const grid = [null, 0, .2,.4,.5,.6,.7,.8,.9,1]
const acc = grid.map(()=>({sq:0,cov:0,w:0,lam:0,se2:0}))
for (let i=0;i<Number(N);i++){
  const errors = judgementErrors(pairCounts(2, world.judged()))
  const messages = world.day(share, [])
  const d = drawDay(messages, cell, new Map())
  const window = world.window()
  const pop = populationOf(messages,'posts',2)
  const [{sample}] = samplesOf([d], world.label) as any
  const t = truthOf(messages,'posts',2)[0]!
  const a = assistanceOf(window, pop.means, errors)
  grid.forEach((g,j)=>{
    const as = g===null||!a ? a : {...a, weights:[g,g]}
    const e = estimateOf([differencePart(sample, pop,'posts',as,errors)])
    const [s] = displayed(e.classes)
    const r=acc[j]!; r.sq+=(s!.share-t)**2; r.cov+=Number(s!.low<=t&&t<=s!.high); r.w+=s!.high-s!.low; r.lam+=as?.weights[0]??0; r.se2+=e.classes[0]!.standardError**2
  })
}
grid.forEach((g,j)=>{const r=acc[j]!,n=Number(N); console.log(String(g).padEnd(5),'lambda',(r.lam/n).toFixed(2),'rmse',(100*Math.sqrt(r.sq/n)).toFixed(2),'se',(100*Math.sqrt(r.se2/n)).toFixed(2),'cov',(100*r.cov/n).toFixed(1),'width',(100*r.w/n).toFixed(1))})
