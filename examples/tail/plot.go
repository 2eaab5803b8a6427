package main

import (
	"fmt"
	"slices"
	"strings"
)

// plot returns a drawing of the number of lines in each window, as SVG.
func plot(perWindow []int) string {
	const width, height, margin = 800, 200, 30
	most := 1
	if len(perWindow) > 0 {
		most = max(most, slices.Max(perWindow))
	}
	var points strings.Builder
	for i, n := range perWindow {
		x := margin + float64(i)*(width-2*margin)/float64(max(1, len(perWindow)-1))
		y := height - margin - float64(n)*(height-2*margin)/float64(most)
		fmt.Fprintf(&points, " %.1f,%.1f", x, y)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(&b, `<path d="M%d %dV%dH%d" fill="none" stroke="#888"/>`+"\n", margin, margin, height-margin, width-margin)
	fmt.Fprintf(&b, `<text x="%d" y="%d">%d lines</text>`+"\n", margin, margin-8, most)
	fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%d windows</text>`+"\n", width-margin, height-margin+18, len(perWindow))
	fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="#06c" stroke-width="2"/>`+"\n</svg>\n", strings.TrimSpace(points.String()))
	return b.String()
}
