# What does a lost querier cost? Two routers, and a switch that only listens (SW), as one that snoops does.
# R1 is the querier, for its address is lower. At 300 s it dies; R2 does not notice before 255 s have passed
# since the last query. 1,000 viewers, each on its own of 2,000 channels as a rule, change channel all the
# time.
#
# Nobody is cut off: memberships last for 270 s, longer than R2 takes, and R2 has listened all the time. The
# price is paid in leaving: with nobody to ask, what is left is sent on until it runs out, up to 239 s (54 s
# on average over the whole run, against 2 s while R1 was there; see R1's and R2's leave latency). R1's own
# cuts are those of a dead router.
#
# Compare with lost-querier-alone.t, where there is no R2: there all is lost.
#
#	mcast sim lost-querier.t lost-querier-alone.t

family ipv4
seed 1
link delay 1ms jitter 2ms

node R1 router free
node R2 router free
node SW router passive yes
node H[1..1000] host

0       H[*] join G[1..2000] spread 10
100     H[*] change G[1..2000] spread 100      # while R1 is there
299     R2 = querier R1
300     R1 stop
320     H[*] change G[1..2000] spread 100      # while nobody is
535     R2 = querier R1
560     R2 = querier self
560     SW = querier R2
700     H[*] change G[1..2000] spread 100      # and when R2 has taken over

figures
end 1200
