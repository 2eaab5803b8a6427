package chart

import (
	"image/color"
	"math"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var (
	ink   = color.RGBA{0x22, 0x2b, 0x33, 0xff}
	faint = color.RGBA{0xdd, 0xe2, 0xe6, 0xff}

	edo     = color.RGBA{0x0b, 0x7a, 0x75, 0xff}
	edoSoft = color.RGBA{0x7c, 0xc2, 0xbc, 0xff}
	ct      = color.RGBA{0x3f, 0x9f, 0x98, 0xff}
	ctSoft  = color.RGBA{0xb4, 0xdc, 0xd8, 0xff}
	plainGo = color.RGBA{0x4a, 0x5a, 0x6a, 0xff}
	orange  = color.RGBA{0xdd, 0x8a, 0x3c, 0xff}
	sand    = color.RGBA{0xf0, 0xbf, 0x8c, 0xff}
	violet  = color.RGBA{0x8d, 0x6a, 0xb8, 0xff}
	red     = color.RGBA{0xc0, 0x53, 0x5b, 0xff}
	blue    = color.RGBA{0x56, 0x87, 0xc2, 0xff}
	rose    = color.RGBA{0xb8, 0x7a, 0xa2, 0xff}
	grey    = color.RGBA{0xa9, 0xb4, 0xbe, 0xff}
)

// look is the style in which a runtime is drawn.
type look struct {
	color  color.Color
	width  vg.Length // of a line
	dashes []vg.Length
}

// lookOf returns the look for a label, "RUNTIME STYLE".
func lookOf(label string) look {
	runtime, style, _ := strings.Cut(label, " ")
	long, short := []vg.Length{6, 3}, []vg.Length{2, 2}
	switch runtime {
	case "edo":
		if style == "direct" {
			return look{edoSoft, 2.2, nil}
		}
		return look{edo, 2.8, nil}
	case "edo-ct":
		if style == "direct" {
			return look{ctSoft, 1.6, short}
		}
		return look{ct, 1.6, short}
	case "go":
		return look{plainGo, 2, nil}
	case "tokio-mt":
		return look{orange, 2, nil}
	case "tokio-ct":
		return look{sand, 2, nil}
	case "smol":
		return look{violet, 1.4, long}
	case "erlang":
		return look{red, 1.4, long}
	case "epoll":
		return look{blue, 1.4, nil}
	case "gnet":
		return look{rose, 1.4, nil}
	}
	return look{grey, 1.4, nil}
}

func face(size vg.Length) font.Font {
	return font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
}

func styled(size vg.Length) draw.TextStyle {
	return draw.TextStyle{Color: ink, Font: face(size), Handler: handler}
}

// roundStep returns the smallest number of the form 1, 2, 2.5 or 5 times a power of ten
// with which top takes at most so many steps.
func roundStep(top float64, steps int) float64 {
	raw := top / float64(steps)
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, factor := range []float64{1, 2, 2.5, 5} {
		if factor*power >= raw {
			return factor * power
		}
	}
	return 10 * power
}
