# a general query to another group of routers: RFC 9777 5.1.15 has it counted, RFC 9776 9.1 dropped
node R2 router
end 20
1       R2 < query * from R1 to ROUTERS
# MLD2-R-005: any address of the interface will do
ipv6: 1 R2 = querier R1
ipv4: 1 R2 = querier self
ipv4: 1 R2 = count rx-bad-destination 1
