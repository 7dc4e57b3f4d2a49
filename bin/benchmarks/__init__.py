"""`bin/bench`: a database of its own filled through bulk rows, and how long each operation takes in it.

database     a fresh database on the embedded server, dropped afterwards
settings     the product's, with one application and three addresses more
flows        a bare viewflow process, to compare with
staff        people, roles and mandates
specimens    one idea at each place, brought there by the real actions
copies       many ideas from a specimen, as bulk rows
city         all of it together
operations   what is measured
measures     how it is measured
report       what is printed
"""
