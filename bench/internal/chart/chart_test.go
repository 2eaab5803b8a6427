package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// texts returns the text in an SVG, which must be well formed.
func texts(t *testing.T, svg []byte) string {
	t.Helper()
	var all strings.Builder
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		if text, ok := token.(xml.CharData); ok {
			all.Write(text)
			all.WriteByte('\n')
		}
	}
}

func TestBarsNameEveryRuntimeAndItsValue(t *testing.T) {
	var svg bytes.Buffer
	err := Bars(&svg, "spawn: time", "ns, lower is better", []Bar{
		{Label: "edo future", Value: 72, Low: 70, High: 75, Text: "72.0 ns"},
		{Label: "go goroutines", Value: 547, Low: 547, High: 547, Text: "547 ns"},
		{Label: "other <kind> & more", Value: 0, Text: "0 ns"},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := texts(t, svg.Bytes())
	for _, want := range []string{"spawn: time", "ns, lower is better", "edo future", "72.0 ns", "go goroutines", "547 ns", "other <kind> & more"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if !strings.Contains(svg.String(), "sans-serif") {
		t.Error("no font that every browser has")
	}
}

func TestBarsOfNothingButZeros(t *testing.T) {
	if err := Bars(io.Discard, "allocations", "", []Bar{{Label: "edo future", Text: "0"}}); err != nil {
		t.Error(err)
	}
}

func TestLinesNameEveryRuntimeAndTheDecades(t *testing.T) {
	var svg bytes.Buffer
	err := Lines(&svg, "growth", "tasks", "bytes", []Line{
		{Label: "edo future", X: []float64{1000, 10_000_000}, Y: []float64{66, 88}},
		{Label: "tokio-mt future", X: []float64{1000, 100_000}, Y: []float64{450, 440}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := texts(t, svg.Bytes())
	for _, want := range []string{"growth", "tasks", "bytes", "edo future", "tokio-mt future", "\n1,000\n", "\n10,000,000\n", "\n100\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in %s", want, got)
		}
	}
}

func TestEqualValuesStillGetAnAxis(t *testing.T) {
	var svg bytes.Buffer
	if err := Lines(&svg, "flat", "tasks", "bytes", []Line{{Label: "edo future", X: []float64{10, 100}, Y: []float64{700, 700}}}); err != nil {
		t.Fatal(err)
	}
	if got := texts(t, svg.Bytes()); !strings.Contains(got, "\n500\n") || !strings.Contains(got, "\n1,000\n") {
		t.Errorf("no marks around the value: %s", got)
	}
}
