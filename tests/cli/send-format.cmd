$MCAST send --format rtp
