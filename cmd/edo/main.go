package main

import (
	"os"

	"github.com/edo-go/edo/cmd/edo/internal/stress"
)

func main() { os.Exit(stress.Run(os.Args[2:], os.Stdout, os.Stderr)) }
