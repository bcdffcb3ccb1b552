# A source that stands twice in a list is one source
node H1 host max-sources 3 max-queried 2

# ROB-010: the limits count sources
0       H1 listen GS include {a,a,b,a,c}
0       H1 = GS include {a,b,c}
0       H1 > report allow GS {a,b,c}
0.5     H1 > report allow GS {a,b,c}
10      H1 < query GS {b,b,b,a}
10      H1 = count source-limit 0
10.5    H1 > report is_in GS {a,b}
20      H1 listen G1 exclude {a,b,a,b}
20      H1 > report to_ex G1 {a,b}
20.5    H1 > report to_ex G1 {a,b}
