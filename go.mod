module partyline

go 1.26.0
