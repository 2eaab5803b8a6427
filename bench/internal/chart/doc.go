// Package chart draws the charts of the report as SVG: a bar for each runtime, and
// lines over a growing number of tasks. A runtime has the same colour in all of them.
package chart
