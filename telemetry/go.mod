module github.com/edo-go/edo/telemetry

go 1.26.0

require github.com/edo-go/edo v0.0.0

require golang.org/x/exp v0.0.0-20251219203646-944ab1f22d93

replace github.com/edo-go/edo => ..
