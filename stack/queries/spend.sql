-- What was spent by day: on reading posts, on judgements and on training.
with spent as (
  select day, 'reads' as what, cost_usd as usd from runs
  union all
  select day, 'judgements' as what, cost_usd as usd from batches
  union all
  select day, 'training' as what, training_usd as usd from models
)
select
  day,
  round(sum(case when what = 'reads' then coalesce(usd, 0) else 0 end), 4) as reads_usd,
  round(sum(case when what = 'judgements' then coalesce(usd, 0) else 0 end), 4) as judgements_usd,
  round(sum(case when what = 'training' then coalesce(usd, 0) else 0 end), 4) as training_usd,
  round(sum(coalesce(usd, 0)), 4) as total_usd
from spent
group by day
order by day
