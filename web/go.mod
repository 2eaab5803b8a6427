module github.com/edo-go/edo/web

go 1.26

require (
	github.com/coder/websocket v1.8.15
	github.com/edo-go/edo v0.0.0
	github.com/gobwas/ws v1.5.0
	github.com/gorilla/websocket v1.5.3
)

require github.com/gobwas/httphead v0.1.0

replace github.com/edo-go/edo => ..
