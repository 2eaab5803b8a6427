package main

import (
	"os"

	"github.com/edo-go/edo/cmd/edo/internal/stress"
	"github.com/edo-go/edo/cmd/edo/internal/demo"
)

func main() { 
	if os.Args[1]=="demo" { os.Exit(demo.Run(os.Args[2:], os.Stdout, os.Stderr))}
os.Exit(stress.Run(os.Args[2:], os.Stdout, os.Stderr)) }
