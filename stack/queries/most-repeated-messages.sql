-- The fifty messages that were posted most often, by how many authors, and when.
select
  stream,
  hashtag,
  count(*) as times,
  count(distinct author_id) as authors,
  min(day) as first_day,
  max(day) as last_day,
  min(text) as text,
  message
from posts
group by stream, hashtag, message
having count(*) > 1
order by times desc, stream, hashtag, message
limit 50
