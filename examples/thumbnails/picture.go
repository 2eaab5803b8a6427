package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
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
	w, h := m.Bounds().Dx(), m.Bounds().Dy()
	from := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(from, from.Bounds(), m, m.Bounds().Min, draw.Src)
	toW, toH := w, h
	if longest := max(w, h); longest > size {
		toW, toH = max(1, w*size/longest), max(1, h*size/longest)
	}
	small := image.NewRGBA(image.Rect(0, 0, toW, toH))
	for y := range toH {
		for x := range toW {
			small.SetRGBA(x, y, mean(from, image.Rect(x*w/toW, y*h/toH, (x+1)*w/toW, (y+1)*h/toH)))
		}
	}
	return small
}

// mean returns the mean colour of a part of m.
func mean(m *image.RGBA, part image.Rectangle) color.RGBA {
	var sum [4]int
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for i, v := range m.Pix[m.PixOffset(part.Min.X, y):m.PixOffset(part.Max.X, y)] {
			sum[i%4] += int(v)
		}
	}
	n := part.Dx() * part.Dy()
	return color.RGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), uint8(sum[3] / n)}
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
