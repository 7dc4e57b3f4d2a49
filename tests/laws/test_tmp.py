import time, pytest, sys
from tests.laws.machine import *
from tests.laws.scenes import SCENES
pytestmark = pytest.mark.django_db
@pytest.mark.parametrize("name", list(SCENES))
def test_scene(name, quick_briefs):
    t=time.process_time(); w=time.time()
    with staged(name) as city:
        print(f"\n{name} built cpu {time.process_time()-t:.2f} wall {time.time()-w:.2f}")
        t=time.process_time(); w=time.time()
        from tests.laws.game import Game
        with history(city) as g:
            print("look", len(g.seen.text), f"{time.process_time()-t:.3f}", f"wall {time.time()-w:.3f}")
        t=time.process_time(); w=time.time()
        try:
            tally, m = played(city, histories=8, shrink=False)
        except Exception:
            raise
        print(tally, f"cpu {time.process_time()-t:.2f} wall {time.time()-w:.2f}")
