package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/cancel"
	"github.com/edo-go/edo/scope"
	"github.com/edo-go/edo/socket"
)

func main() {
	pages := flag.String("web", "127.0.0.1:0", "address for browsers")
	lines := flag.String("lines", "127.0.0.1:0", "address for lines over TCP")
	most := flag.Int("most", 10_000, "connections of each kind at a time")
	flag.Parse()
	err := edo.Run(func(task *edo.Task) error {
		return serve(task, *pages, *lines, *most)
	}, edo.WithSignals())
	if err != nil {
		log.Fatal(err)
	}
}

// serve serves browsers and lines until its task is cancelled, by Ctrl-C, or one of the two fails.
// It returns at once; Run returns when all clients were told goodbye.
func serve(task *edo.Task, pages, lines string, most int) error {
	forPages, err := socket.Listen(task, "tcp", pages, socket.Limit(most))
	if err != nil {
		return err
	}
	defer forPages.Close()
	forLines, err := socket.Listen(task, "tcp", lines, socket.Limit(most))
	if err != nil {
		return err
	}
	defer forLines.Close()
	fmt.Printf("listening on http://%v and %v\n", forPages.Addr(), forLines.Addr())

	rooms, closing := newRooms(), cancel.New()
	defer closing.Cancel() // ends the clients, and not the loops that accept them
	server := &http.Server{
		Handler:     rooms.handler(task.Runtime(), closing),
		ReadTimeout: 10 * time.Second, // of a request; a WebSocket has none
	}
	return scope.Run(task, func(s *scope.Scope) error {
		defer server.Close()
		edo.Blocking(s, func(task *edo.Task) (edo.Unit, error) {
			err := server.Serve(aio.NetListener(task.Runtime(), forPages))
			if errors.Is(err, http.ErrServerClosed) {
				err = nil
			}
			return edo.Unit{}, err
		}, edo.Name("browsers"))
		return rooms.acceptLines(task, forLines, closing)
	})
}
