# What does a lost querier cost if nobody takes its place? As lost-querier.t, without R2: one router, and a
# switch that only listens (SW) and forwards by what it hears. At 300 s the router dies.
#
# All that is listened to goes on until memberships have run out, and then nothing does: 1,566 cuts on SW,
# 60 hours of viewing lost in all, 778 channels unserved at the end. Who changes channel gets the new one by
# his own report, for 270 s. Left channels are sent for 80 s on average, 239 s at most. (R1's own figures
# from 300 s on are those of a dead router.)
#
# A switch that has a querier of its own does not fare so: a second router stands for it in lost-querier.t.

family ipv4
seed 1
link delay 1ms jitter 2ms

node R1 router free
node SW router passive yes
node H[1..1000] host

0       H[*] join G[1..2000] spread 10
100     H[*] change G[1..2000] spread 100      # while R1 is there
299     SW = querier R1
300     R1 stop
320     H[*] change G[1..2000] spread 100      # while nobody is
535     SW = querier R1
560     SW = querier none
700     H[*] change G[1..2000] spread 100      # and later

figures
end 1200
