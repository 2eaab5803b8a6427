package main

import (
	"bufio"
	"errors"
	"flag"
	"io"
	"log"
	"os"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/stream"
)

func main() {
	var o options
	flag.IntVar(&o.field, "field", 0, "which word of a line to count, from 1; 0 is the whole line")
	flag.IntVar(&o.top, "top", 10, "how many to show")
	flag.DurationVar(&o.per, "per", time.Second, "the length of a window")
	flag.IntVar(&o.rate, "rate", 0, "count so many lines a second at the most; 0 is all")
	svg := flag.String("svg", "", "write a plot of the lines of each window into this file at the end")
	once := flag.Bool("once", false, "end at the end of the files, and do not follow them")
	flag.Parse()
	if o.per <= 0 || o.field < 0 || o.top < 0 || o.rate < 0 {
		log.Fatal("-per must be above zero, and numbers not below it")
	}
	if info, err := os.Stdout.Stat(); err == nil {
		o.clear = info.Mode()&os.ModeCharDevice != 0
	}

	var perWindow []int
	err := edo.Run(func(task *edo.Task) (err error) {
		lines, closeAll, err := open(flag.Args(), *once)
		if err != nil {
			return err
		}
		defer closeAll()
		perWindow, err = tail(task, o, lines, os.Stdout)
		return err
	}, edo.WithSignals())
	if *svg != "" {
		err = errors.Join(err, os.WriteFile(*svg, []byte(plot(perWindow)), 0o644))
	}
	if err != nil {
		log.Fatal(err)
	}
}

// open returns the lines of the files, or of standard input when there are none.
func open(names []string, once bool) (lines []stream.Stream[string], closeAll func(), err error) {
	var files []io.Closer
	closeAll = func() {
		for _, f := range files {
			f.Close()
		}
	}
	if len(names) == 0 {
		return []stream.Stream[string]{standardInput(os.Stdin)}, closeAll, nil
	}
	every := 100 * time.Millisecond
	if once {
		every = 0
	}
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			closeAll()
			return nil, nil, err
		}
		files = append(files, f)
		lines = append(lines, follow(f, every))
	}
	return lines, closeAll, nil
}

// standardInput returns the lines of in, whose reads wait: a goroutine makes them.
func standardInput(in io.Reader) stream.Stream[string] {
	ch := make(chan string, 64)
	go func() {
		defer close(ch)
		scanner := bufio.NewScanner(in)
		for scanner.Scan() {
			ch <- scanner.Text()
		}
	}()
	return stream.FromChan(ch)
}
