package main

import (
	"flag"
	"io"
	"log"
	"os"

	"github.com/edo-go/edo"
)

// styles are the two ways in which the program is written.
var styles = map[string]func(task *edo.Task, out io.Writer) error{
	"direct": direct,
	"combinators": func(task *edo.Task, out io.Writer) error {
		program := combinators(task, out)
		defer edo.Drop(program) // Await borrows a future: its maker drops it
		_, err := edo.Await(task, program)
		return err
	},
}

func main() {
	style := flag.String("style", "direct", "direct or combinators")
	flag.Parse()
	program, ok := styles[*style]
	if !ok {
		log.Fatalf("there is no style %q", *style)
	}
	err := edo.Run(func(task *edo.Task) error { return program(task, os.Stdout) })
	if err != nil {
		log.Fatal(err)
	}
}
