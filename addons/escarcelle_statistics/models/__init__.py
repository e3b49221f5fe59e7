from . import (
    fact,
    fact_goods,
    fact_visit,
    fact_person,
    fact_registration,
    fact_key,
    fact_event,
    fact_feed,
    statistic_measure,
    statistic_dimension,
    statistic,
)
