# source-specific groups: RFC 4604 3; RFC 9776 6.4
node R1 router
end 70
# SSM-009: EXCLUDE has no meaning there; what else the report says counts
0       R1 < report to_ex GS1 {}, allow GS2 {a}, is_ex GS1 {a}, to_ex G1 {}
0       R1 = GS1 none
0       R1 = GS2 include {a} timer a 270
0       R1 = G1 exclude {} {} timer 270
0       R1 = count rx-ssm 2
1       R1 < report is_ex GS2 {b}, to_ex GS2 {}
1       R1 = GS2 include {a} timer a 269
# SSM-010: nor have reports and leaves of older versions
10      R1 < older report GS1
10      R1 < older report GS2
10      R1 = GS1 none
10      R1 = GS2 include {a} timer a 260 version newest older older none
11      R1 < leave GS2
11      R1 = GS2 include {a} timer a 259
11      R1 = count rx-ssm 7
# SSM-011: TO_IN goes by the table
20      R1 < report to_in GS2 {b}, to_in GS3 {c}
20      R1 > query GS2 {a} s no
20      R1 = GS2 include {a,b} timer a 2 timer b 270
20      R1 = GS3 include {c} timer c 270
21      R1 > query GS2 {a} s no
22      R1 = GS2 include {b} timer b 268
