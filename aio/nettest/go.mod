module github.com/edo-go/edo/aio/nettest

go 1.26

require (
	github.com/edo-go/edo v0.0.0
	golang.org/x/net v0.49.0
)

replace github.com/edo-go/edo => ../..
