package chart

import (
	"bytes"
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A Bar is a runtime in a bar chart: the median and the range of all rounds.
type Bar struct {
	Label            string // RUNTIME STYLE
	Value, Low, High float64
	Text             string // printed beside the bar
}

// Bars draws horizontal bars, the first on top.
func Bars(out io.Writer, title, axis string, bars []Bar) error {
	// The axes. The first bar has the largest y.
	p := newPlot(title, axis, "")
	p.HideY()
	n := len(bars)
	top, widest := 0.0, 0
	names := make([]string, n)
	for i, bar := range bars {
		top = max(top, bar.Value, bar.High)
		widest = max(widest, len(bar.Text))
		names[n-1-i] = bar.Label
	}
	if top == 0 {
		top = 1
	}
	// The text must fit beside the longest bar.
	p.X.Min, p.X.Max = 0, top*(1+0.014*float64(widest+2))
	p.X.Tick.Marker = upTo{top}
	p.Y.Min, p.Y.Max = -0.6, float64(n)-0.4
	p.Add(grid(true, false))
	// For each bar the bar itself, the range of the rounds as a whisker, and the value.
	for i, bar := range bars {
		y := float64(n - 1 - i)
		drawn, err := plotter.NewBarChart(plotter.Values{bar.Value}, 15)
		if err != nil {
			return err
		}
		drawn.Horizontal, drawn.XMin = true, y
		drawn.Color, drawn.LineStyle.Width = lookOf(bar.Label).color, 0
		p.Add(drawn)
		if bar.High > bar.Low {
			whisker, err := plotter.NewXErrorBars(ranges{bar, y})
			if err != nil {
				return err
			}
			whisker.LineStyle = draw.LineStyle{Color: color.RGBA{0x22, 0x2b, 0x33, 0x99}, Width: 0.8}
			whisker.CapWidth = 5
			p.Add(whisker)
		}
		label, err := plotter.NewLabels(plotter.XYLabels{
			XYs:    plotter.XYs{{X: max(bar.Value, bar.High), Y: y}},
			Labels: []string{bar.Text},
		})
		if err != nil {
			return err
		}
		label.TextStyle[0] = styled(10)
		label.TextStyle[0].YAlign = draw.YCenter
		label.Offset = vg.Point{X: 5}
		p.Add(label)
	}
	// The names beside the bars.
	p.NominalY(names...)
	p.Y.Tick.Label = styled(10)
	p.Y.Tick.Label.XAlign, p.Y.Tick.Label.YAlign = draw.XRight, draw.YCenter
	p.Y.Tick.LineStyle.Width = 0
	p.Y.LineStyle.Width = 0
	p.Y.Padding = 12 // the font of a browser may be wider
	return writeSVG(out, p, nil, 640, 78+vg.Length(n)*21)
}

// ranges is the whisker of one bar.
type ranges struct {
	bar Bar
	y   float64
}

func (ranges) Len() int                    { return 1 }
func (r ranges) XY(int) (float64, float64) { return r.bar.Value, r.y }
func (r ranges) XError(int) (low, up float64) {
	return r.bar.Value - r.bar.Low, r.bar.High - r.bar.Value
}

// upTo makes ticks at round values up to top.
type upTo struct{ top float64 }

func (u upTo) Ticks(_, _ float64) []plot.Tick {
	step := roundStep(u.top, 6)
	var ticks []plot.Tick
	for i := 0.0; i*step <= u.top*1.0001; i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: thousands(i * step)})
	}
	return ticks
}

func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = color.White
	p.TextHandler = handler
	p.Title.Text = title
	p.Title.TextStyle = styled(13)
	p.Title.TextStyle.XAlign, p.Title.TextStyle.YAlign = draw.XCenter, draw.YTop
	p.Title.Padding = 8
	for _, axis := range []*plot.Axis{&p.X, &p.Y} {
		axis.Label.TextStyle = styled(10)
		axis.Label.TextStyle.XAlign = draw.XCenter
		axis.Label.Padding = 4
		axis.Tick.Label = styled(9)
		axis.Color = ink
		axis.LineStyle.Color = ink
		axis.LineStyle.Width = 0.6
		axis.Tick.LineStyle.Color = ink
		axis.Tick.LineStyle.Width = 0.6
		axis.Padding = 0
	}
	p.X.Label.Text, p.Y.Label.Text = x, y
	p.X.Label.TextStyle.YAlign = draw.YBottom
	p.X.Tick.Label.XAlign, p.X.Tick.Label.YAlign = draw.XCenter, draw.YTop
	p.Y.Label.TextStyle.YAlign = draw.YBottom
	p.Y.Tick.Label.XAlign, p.Y.Tick.Label.YAlign = draw.XRight, draw.YCenter
	return p
}

// grid draws lines at the ticks of the axes.
func grid(vertical, horizontal bool) *plotter.Grid {
	g := plotter.NewGrid()
	g.Vertical.Color, g.Horizontal.Color = faint, faint
	if !vertical {
		g.Vertical.Color = nil
	}
	if !horizontal {
		g.Horizontal.Color = nil
	}
	return g
}

// writeSVG draws p, with its legend beside it if it has one, and writes the SVG.
func writeSVG(out io.Writer, p *plot.Plot, legend *plot.Legend, width, height vg.Length) error {
	canvas := vgsvg.New(width, height)
	all := draw.New(canvas)
	all.SetColor(color.White)
	all.Fill(all.Rectangle.Path())
	inner := draw.Crop(all, 8, -10, 6, -8)
	if legend != nil {
		const beside = 112
		legend.Draw(draw.Crop(inner, width-beside-18, 0, 0, -26))
		inner = draw.Crop(inner, 0, -beside-8, 0, 0)
	}
	p.Draw(inner)
	var svg bytes.Buffer
	if _, err := canvas.WriteTo(&svg); err != nil {
		return err
	}
	_, err := out.Write(bytes.ReplaceAll(svg.Bytes(), []byte("font-family:Liberation Sans;"),
		[]byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif;")))
	return err
}
