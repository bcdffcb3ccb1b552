# startup with other values: RFC 9776 8.6, 8.7; RFC 9777 9.6, 9.7
node R1 router startup-query-count 3 startup-query-interval 10 query-interval 60
end 199
# IGMP3-R-003
0       R1 > query * qqi 60
10      R1 > query *
20      R1 > query *
# IGMP3-R-004
80      R1 > query *
140     R1 > query *
