# The stadium of stadium.t with a router that asks often and gives little time to answer: what nobody
# confirms ends sooner, whether it was left or its answers were lost, and answers crowd. What it gives
# stands in stadium.t.

family ipv4
seed 1
link delay 1ms loss 1%

node R1 router query-interval 30 query-response-interval 2 robustness 2 free
node H[1..100000] host
node L[1..2000] host

0       H[*] join G[1..1000] spread 30
0       L[*] join G[1..20000] spread 30
200     H[*] change G[1..1000] spread 2
200     L[*] change G[1..20000] spread 2

figures
end 800
