package main

import (
	"testing"

	"github.com/edo-go/edo/examples/internal/trial"
)

func TestMain(m *testing.M) { trial.Main(m, main) }
