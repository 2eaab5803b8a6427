package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/broadcast"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/codec"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/stream"
	"github.com/edo-go/edo/timer"
	"github.com/edo-go/edo/web"
)

const (
	longest = 512              // bytes of a line that a client sends
	silence = 30 * time.Second // after which a WebSocket is asked for a sign of life
	idle    = 10 * time.Minute // after which a client over TCP, which cannot be asked, has ended

	mostRest = 64 << 10 // bytes that such a client may send after the goodbye
)

//go:embed page.html
var page string

// handler has the page, and WebSockets at /chat. A WebSocket is a task; what net/http has spent on
// the request is gone when the handler returns.
func (r *rooms) handler(s edo.Spawner, closing *cancel.Token) http.Handler {
	acceptor := &web.Acceptor{Limits: web.Limits{Message: longest}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store") // a page that was left is gone, with its WebSocket
		io.WriteString(w, page)
	})
	mux.HandleFunc("GET /chat", func(w http.ResponseWriter, req *http.Request) {
		conn, err := acceptor.Upgrade(w, req)
		if err != nil {
			return // the client was told
		}
		edo.Go(s, func(task *edo.Task) error {
			return r.overWeb(task, conn)
		}, edo.Owns(conn), cancel.By(closing))
	})
	return mux
}

// overWeb serves a WebSocket. In a task that was cancelled it says goodbye all the same: Close has
// a time limit of its own.
func (r *rooms) overWeb(task *edo.Task, conn *web.Conn) error {
	conn.SetIdleTimeout(silence)
	code, reason := goodbye(r.talk(task, messages{conn}))
	edo.Shielded(task, func(task *edo.Task) error {
		return conn.Close(task, code, reason)
	})
	return nil
}

// messages is a WebSocket as lines: each message is one.
type messages struct{ *web.Conn }

func (m messages) PollNext(cx *edo.Context) (string, edo.Poll, error) {
	message, poll, err := m.Conn.PollNext(cx)
	if poll == edo.Ready && err == nil && !message.IsText {
		err = errBinary
	}
	return message.String(), poll, err
}

func (m messages) StartSend(line string) error { return m.Conn.StartSend(web.Text(line)) }

// acceptLines accepts clients over TCP until its task is cancelled.
func (r *rooms) acceptLines(task *edo.Task, l *socket.Listener, closing *cancel.Token) error {
	for conn, err := range stream.All(task, l.Incoming()) {
		if err != nil {
			return err
		}
		edo.Go(task, func(task *edo.Task) error {
			return r.overLines(task, conn)
		}, edo.Owns(conn), cancel.By(closing))
	}
	return task.Err()
}

// overLines serves a client over TCP. A line that goes out has a name in front, and may be longer
// than one that comes in.
func (r *rooms) overLines(task *edo.Task, conn *socket.Conn) error {
	conn.SetIdleTimeout(idle)
	lines := codec.NewFramed(conn, codec.Pair[string, string](&codec.Lines{Max: longest}, &codec.Lines{}))
	defer lines.Drop()
	_, reason := goodbye(r.talk(task, lines))
	edo.Shielded(task, func(task *edo.Task) error {
		_, err := timer.Timeout(task, patience, func(task *edo.Task) (edo.Unit, error) {
			return edo.Unit{}, lines.Send(task, "* goodbye: "+reason)
		})
		if err != nil {
			return err
		}
		return aio.CloseLingering(task, conn, patience, mostRest)
	})
	return nil
}

var errBinary = errors.New("messages are text here")

// goodbye says why a client ends, in a code for a WebSocket and in words.
func goodbye(err error) (web.Code, string) {
	var lagged *broadcast.LaggedError
	switch {
	case err == errBinary:
		return web.CodeUnsupported, err.Error()
	case errors.As(err, &lagged):
		return web.CodePolicy, fmt.Sprintf("too slow, %d lines were missed", lagged.Missed)
	case errors.Is(err, context.DeadlineExceeded):
		return web.CodePolicy, "too slow"
	case errors.Is(err, os.ErrDeadlineExceeded):
		return web.CodePolicy, fmt.Sprintf("nothing was said for %v", idle)
	case errors.Is(err, codec.ErrTooLong):
		return web.CodeTooBig, fmt.Sprintf("a line has at most %d bytes", longest)
	case errors.Is(err, codec.ErrNotText):
		return web.CodeInvalid, "lines are UTF-8"
	case errors.Is(err, edo.ErrCancelled):
		return web.CodeGoingAway, "the server ends"
	}
	return web.CodeNormal, "see you" // it has left, or is lost
}
