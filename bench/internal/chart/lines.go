package chart

import (
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A Line is a runtime in a line chart.
type Line struct {
	Label string // RUNTIME STYLE
	X, Y  []float64
}

// Lines draws lines on two logarithmic axes.
func Lines(out io.Writer, title, x, y string, lines []Line) error {
	p := newPlot(title, x, y)
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	p.X.Tick.Marker, p.Y.Tick.Marker = decades{}, decades{steps: true}
	p.Add(grid(true, true))
	legend := plot.NewLegend()
	legend.Top, legend.Left = true, true
	legend.TextStyle = styled(10)
	legend.TextStyle.YAlign = draw.YCenter
	legend.ThumbnailWidth = 22
	legend.Padding = 8
	legend.YPosition = draw.PosCenter
	lowX, highX, lowY, highY := math.Inf(1), 0.0, math.Inf(1), 0.0
	for i := range lines {
		// The first line is drawn last, above the others.
		line := lines[len(lines)-1-i]
		points := make(plotter.XYs, len(line.X))
		for j := range points {
			points[j] = plotter.XY{X: line.X[j], Y: line.Y[j]}
			lowX, highX = min(lowX, line.X[j]), max(highX, line.X[j])
			lowY, highY = min(lowY, line.Y[j]), max(highY, line.Y[j])
		}
		drawn, dots, err := plotter.NewLinePoints(points)
		if err != nil {
			return err
		}
		look := lookOf(line.Label)
		drawn.LineStyle = draw.LineStyle{Color: look.color, Width: look.width, Dashes: look.dashes}
		dots.GlyphStyle = draw.GlyphStyle{Color: look.color, Radius: 1 + look.width*0.7, Shape: draw.CircleGlyph{}}
		p.Add(drawn, dots)
	}
	for _, line := range lines {
		look := lookOf(line.Label)
		legend.Add(line.Label, &plotter.Line{LineStyle: draw.LineStyle{Color: look.color, Width: look.width, Dashes: look.dashes}})
	}
	p.X.Min, p.X.Max = lowX/1.2, highX*1.2
	p.Y.Min, p.Y.Max = margin(lowY, highY)
	return writeSVG(out, p, &legend, 680, max(360, vg.Length(60+17*len(lines))))
}

// margin returns limits a little outside the values, and at least a factor of ten apart.
func margin(low, high float64) (float64, float64) {
	low, high = low/1.3, high*1.3
	if high/low < 10 {
		wider := math.Sqrt(10 * low / high)
		low, high = low/wider, high*wider
	}
	return low, high
}

// decades makes ticks at the powers of ten, and with steps also at 2 and 5 times these.
type decades struct{ steps bool }

func (d decades) Ticks(low, high float64) []plot.Tick {
	var ticks []plot.Tick
	for power := math.Pow(10, math.Floor(math.Log10(low))); power <= high; power *= 10 {
		for _, factor := range []float64{1, 2, 5} {
			if value := factor * power; value >= low && value <= high && (factor == 1 || d.steps) {
				ticks = append(ticks, plot.Tick{Value: value, Label: thousands(value)})
			}
		}
	}
	return ticks
}
