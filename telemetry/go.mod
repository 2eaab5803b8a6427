module github.com/edo-go/edo/telemetry

go 1.26.0

require github.com/edo-go/edo v0.0.0

replace github.com/edo-go/edo => ..
