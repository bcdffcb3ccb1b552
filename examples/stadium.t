# A stadium: 100,000 viewers on one link under one router, 1,000 channels, and 2,000 viewers more who watch
# something of their own. At 200 s all of them change channel within two seconds. One packet in a hundred is
# lost on its way to each receiver.
#
# What does that do to the link, how long are channels sent that nobody watches any more (leave latency),
# who loses his (cuts)? Three files ask that for three settings; this one has those of the standards.
# Compare them:
#
#	mcast sim stadium-quick.t stadium.t stadium-calm.t
#
# For settings of your own, change the line of R1. With fewer channels the router's queries for each of them
# are heard by more viewers, and the run takes longer in proportion. Another seed (--seed 2) is another luck.
#
#	                            quick       here          calm
#	query interval, response    30 s, 2 s   125 s, 10 s   250 s, 25 s
#	robustness                  2           2             3
#	packets                     5.2 million 3.3 million   4.1 million
#	most reports in 100 ms      89,000      90,000        115,000
#	leave latency, mean, most   2.0, 2.9 s  2.0, 3.0 s    3.0, 4.0 s
#	cuts, the longest           16, 27 s    2, 69 s       0
#
# The peak is the change itself, whatever is set: the router asks about each of 100,000 leaves, and who
# still watches the channel answers. Quick settings cost packets all the time and cut more viewers off, for
# they are sooner taken to be gone; a higher robustness nearly ends that, and makes each leave last longer.

family ipv4
seed 1
link delay 1ms loss 1%

node R1 router query-interval 125 query-response-interval 10 robustness 2 free
node H[1..100000] host
node L[1..2000] host

0       H[*] join G[1..1000] spread 30
0       L[*] join G[1..20000] spread 30
200     H[*] change G[1..1000] spread 2
200     L[*] change G[1..20000] spread 2

figures
end 800
