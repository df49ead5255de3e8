/*
 * config/knob_complete.h - completion scripts for bash, zsh and fish.
 *
 * Pure: adds a whole script for the program `fettle` with these commands.
 */
#pragma once
#include "base/buf.h"
#include "config/knob.h"

void complete_bash(struct buf *b, const struct knob_table *const *tables, size_t n);
void complete_zsh(struct buf *b, const struct knob_table *const *tables, size_t n);
void complete_fish(struct buf *b, const struct knob_table *const *tables, size_t n);
