-- The share of each category by day, with its 95 % interval.
select
  day,
  stream,
  hashtag,
  label,
  round(share, 4) as share,
  round(low, 4) as low,
  round(high, 4) as high,
  posts,
  labels,
  state
from shares
where period = 'day' and basis = 'posts'
order by day, stream, hashtag, label
