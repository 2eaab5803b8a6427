package main

func writeReport(dir string, c *comparison) error { return nil }
