module github.com/edo-go/edo/examples/chat

go 1.26

require (
	github.com/edo-go/edo v0.0.0
	github.com/edo-go/edo/web v0.0.0
)

require (
	github.com/gobwas/httphead v0.1.0 // indirect
	github.com/gobwas/ws v1.5.0 // indirect
)

replace github.com/edo-go/edo => ../..

replace github.com/edo-go/edo/web => ../../web
