#!/usr/bin/env bash
# One would expect that the context of coder/websocket's CloseRead, which "will be cancelled when the connection is closed",
# ends when the connection does.
# What happens when the peer sends a data message: the peer sees close code 1008 at once, but the context ends 15 s
# later, because the goroutine that would cancel it waits in Close for its own end, with a limit of 15 s.
# Why it matters: a server that only writes, and stops when the context ends, works for another 15 s for a closed
# connection, and a shutdown that waits for such handlers takes as long.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
export GOWORK=off GOTOOLCHAIN=local
go version
go mod init probe >/dev/null 2>&1
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"time"

	"github.com/coder/websocket"
)

func main() {
	ended := make(chan time.Time, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, nil)
		if err != nil {
			panic(err)
		}
		<-conn.CloseRead(context.Background()).Done()
		ended <- time.Now()
	}))
	client, _, err := websocket.Dial(context.Background(), server.URL, nil)
	if err != nil {
		panic(err)
	}
	begin := time.Now()
	client.Write(context.Background(), websocket.MessageText, []byte("hello"))
	_, _, err = client.Read(context.Background())
	told := time.Since(begin)
	fmt.Printf("client, after %v: %v\n", told.Round(100*time.Millisecond), err)
	late := (<-ended).Sub(begin)
	fmt.Printf("context of CloseRead ended after %v\n", late.Round(100*time.Millisecond))
	if websocket.CloseStatus(err) != websocket.StatusPolicyViolation || told > 5*time.Second || late < 10*time.Second {
		fmt.Println("CHANGED")
		os.Exit(1)
	}
}
GO
go get github.com/coder/websocket@v1.8.15 2>/dev/null
go list -m github.com/coder/websocket
go run .
