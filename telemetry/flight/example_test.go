package flight_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/telemetry/flight"
)

func Example() {
	dir, err := os.MkdirTemp("", "traces")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	written := make(chan string, 1)
	rec, err := flight.Start(flight.Config{
		Dir:      dir,
		SlowPoll: -1, // is no reason here
		OnWrite:  func(file string, cause error) { written <- file },
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rec.Close()

	edo.Run(func(task *edo.Task) error {
		panic("it has gone wrong")
	}, edo.WithConfig(rec.Watch(edo.Config{OnError: func(error) {}})))

	kind := strings.TrimSuffix(filepath.Base(<-written), ".trace")
	fmt.Println("a trace was written:", kind[strings.LastIndexByte(kind, '-')+1:])
	// Output: a trace was written: panic
}
