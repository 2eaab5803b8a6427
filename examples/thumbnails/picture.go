package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	_ "image/png" // pictures may be such
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// The size of pictures that are made.
const width, height = 960, 640

// paint makes picture i: waves, whose colours and directions differ.
func paint(i int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	a, b := math.Sincos(float64(i))
	for y := range height {
		for x := range width {
			wave := math.Sin((a*float64(x) + b*float64(y)) / 40)
			m.SetRGBA(x, y, color.RGBA{uint8(128 + 100*wave), uint8(x * 255 / width), uint8(y * 255 / height), 255})
		}
	}
	return m
}

// shrink returns m with a longest side of at most size. A pixel is the mean of those that it stands
// for.
func shrink(m image.Image, size int) image.Image {
	from := m.Bounds()
	w, h := from.Dx(), from.Dy()
	if longest := max(w, h); longest > size {
		w, h = max(1, w*size/longest), max(1, h*size/longest)
	}
	small := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		y0, y1 := from.Min.Y+y*from.Dy()/h, from.Min.Y+(y+1)*from.Dy()/h
		for x := range w {
			x0, x1 := from.Min.X+x*from.Dx()/w, from.Min.X+(x+1)*from.Dx()/w
			small.Set(x, y, mean(m, image.Rect(x0, y0, x1, y1)))
		}
	}
	return small
}

// mean returns the mean colour of a part of m.
func mean(m image.Image, part image.Rectangle) color.Color {
	var r, g, b, a, n uint64
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			pr, pg, pb, pa := m.At(x, y).RGBA()
			r, g, b, a, n = r+uint64(pr), g+uint64(pg), b+uint64(pb), a+uint64(pa), n+1
		}
	}
	return color.RGBA64{uint16(r / n), uint16(g / n), uint16(b / n), uint16(a / n)}
}

// save writes m as a JPEG file, which is there whole or not at all: two processes may do so at a time.
func save(m image.Image, name string) error {
	var data bytes.Buffer
	if err := jpeg.Encode(&data, m, nil); err != nil {
		return err
	}
	unique := fmt.Sprintf("%s.%d", name, os.Getpid())
	if err := os.WriteFile(unique, data.Bytes(), 0o644); err != nil {
		return err
	}
	return os.Rename(unique, name)
}

// load reads a picture.
func load(name string) (image.Image, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	m, _, err := image.Decode(bytes.NewReader(data))
	return m, err
}

// picturesIn returns the names of the pictures in a folder.
func picturesIn(folder string) (names []string, err error) {
	files, err := os.ReadDir(folder)
	for _, f := range files {
		if slices.Contains([]string{".jpg", ".jpeg", ".png"}, strings.ToLower(filepath.Ext(f.Name()))) {
			names = append(names, f.Name())
		}
	}
	return names, err
}
