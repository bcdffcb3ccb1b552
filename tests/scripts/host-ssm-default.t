# The default range and its bounds (RFC 4607 1, RFC 4604 2)
node H1 host

# SSM-001
0       H1 silent until 10
ipv4: 0 H1 join 232.0.0.1 fails EINVAL
ipv4: 0 H1 join 232.255.255.255 fails EINVAL
ipv6: 0 H1 join ff3e::4000:1 fails EINVAL
ipv6: 0 H1 join ff32::ffff:ffff fails EINVAL
ipv4: 10 H1 join 231.255.255.255
ipv4: 10 H1 > report to_ex 231.255.255.255 {}
ipv4: 10.5 H1 > report to_ex 231.255.255.255 {}
ipv6: 10 H1 join ff1e::8000:1
ipv6: 10 H1 > report to_ex ff1e::8000:1 {}
ipv6: 10.5 H1 > report to_ex ff1e::8000:1 {}
ipv4: 20 H1 join 233.0.0.0
ipv4: 20 H1 > report to_ex 233.0.0.0 {}
ipv4: 20.5 H1 > report to_ex 233.0.0.0 {}
