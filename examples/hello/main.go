package main

import (
	"flag"
	"io"
	"log"
	"os"

	"github.com/edo-go/edo"
)

// styles are the two ways in which the program is written.
var styles = map[string]func(out io.Writer) error{
	"direct": func(out io.Writer) error {
		return edo.Run(func(task *edo.Task) error { return direct(task, out) })
	},
	"combinators": func(out io.Writer) error {
		_, err := edo.RunFuture(combinators(out))
		return err
	},
}

func main() {
	style := flag.String("style", "direct", "direct or combinators")
	flag.Parse()
	run, ok := styles[*style]
	if !ok {
		log.Fatalf("there is no style %q", *style)
	}
	if err := run(os.Stdout); err != nil {
		log.Fatal(err)
	}
}
