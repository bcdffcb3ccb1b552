run() { $MCAST sim --trace "$@" sim-random.t; }; one=$(run --seed 1) && [ "$one" = "$(run --seed 1)" ] && [ "$one" != "$(run --seed 2)" ] && [ "$(run)" = "$(run)" ]
