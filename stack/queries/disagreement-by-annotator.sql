-- How often each annotator and another one gave the same message different labels.
with said as (
  -- A message of two hashtags has a row under each.
  select distinct batch, message, annotator, label
  from judgements
  where label is not null and purpose in ('label', 'confirm')
),
pairs as (
  select
    mine.annotator as annotator,
    case when mine.label = theirs.label then 0 else 1 end as differs
  from said as mine
  inner join said as theirs
    on theirs.batch = mine.batch
    and theirs.message = mine.message
    and theirs.annotator <> mine.annotator
)
select
  annotator,
  count(*) as pairs,
  sum(differs) as differing,
  round(cast(sum(differs) as double) / count(*), 4) as share_differing
from pairs
group by annotator
order by share_differing desc, annotator
