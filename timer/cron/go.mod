module github.com/edo-go/edo/timer/cron

go 1.26.0

require (
	github.com/edo-go/edo v0.0.0
	github.com/netresearch/go-cron v0.9.1
)

replace github.com/edo-go/edo => ../..
