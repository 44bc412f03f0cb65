-- What was collected of each day, what kept the rest out, and what it cost.
select
  day,
  stream,
  hashtag,
  sum(posts) as posts,
  sum(existing) as existing,
  sum(other_languages) as other_languages,
  sum(refused_rows) as refused_rows,
  min(case when complete then 'yes' else 'no' end) as complete,
  max(stopped_by) as stopped_by,
  round(sum(cost_usd), 4) as cost_usd
from runs
group by day, stream, hashtag
order by day, stream, hashtag
