import cProfile, pstats, pytest, time
from tests.laws.machine import *
pytestmark = pytest.mark.django_db
def test_prof(quick_briefs):
    with staged("launch") as city:
        played(city, histories=2, steps=20, shrink=False)
        p=cProfile.Profile(); 
        from django.db import connection
        n=[0]; tt=[0.0]
        def w(execute, sql, params, many, context):
            n[0]+=1; t=time.perf_counter()
            try: return execute(sql, params, many, context)
            finally: tt[0]+=time.perf_counter()-t
        t=time.process_time()
        with connection.execute_wrapper(w):
            p.enable(); tally,_=played(city, histories=8, steps=22, shrink=False, from_seed=3); p.disable()
        print(tally.acts, tally.refusals, "queries", n, tt, "cpu", time.process_time()-t)
        s=pstats.Stats(p); s.sort_stats("cumulative").print_stats(70)
        s.sort_stats("tottime").print_stats(25)
