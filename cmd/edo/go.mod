module github.com/edo-go/edo/cmd/edo

go 1.26

require (
	github.com/edo-go/edo v0.0.0
	github.com/edo-go/edo/stackless v0.0.0
)

replace (
	github.com/edo-go/edo => ../..
	github.com/edo-go/edo/stackless => ../../stackless
)
