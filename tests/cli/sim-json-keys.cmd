$MCAST sim -v -j sim-small.t sim-fails.t | python3 keys.py ../../man/mcast-sim.1.scd
