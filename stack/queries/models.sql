-- Each model with its verdict, macro-F1 and the champion's on the same posts.
select
  day,
  job,
  engine,
  verdict,
  round(macro_f1, 4) as macro_f1,
  round(macro_f1_low, 4) as low,
  round(macro_f1_high, 4) as high,
  round(champion_macro_f1, 4) as champion_macro_f1,
  evaluation_items,
  training_rows,
  label_status
from models
order by day, job
