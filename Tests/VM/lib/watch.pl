#!/usr/bin/perl
# SPDX-License-Identifier: Apache-2.0
# watch.pl FILE: shows a guest's console while it is written. Boot and shutdown are one line of progress; in between
# everything is shown as it comes, without the lines that are for the harness. Ends when it is killed.
use strict;
use warnings;

my ($path) = @ARGV;
my $terminal = -t STDOUT;
my ($booting, $line, $shown, $since) = (1, "", 0, time);
$| = 1;

# The "[  OK  ] Started ..." lines of systemd, one over the other.
sub progress {
  my ($text) = @_;
  $text =~ s/\e\[[0-9;?]*[A-Za-z]//g;
  return unless $terminal && $text =~ /\[\s*OK\s*\]\s*(.*?)\s*$/;
  printf "\r\e[K  \e[2m%3d s  %s\e[0m", time - $since, substr $1, 0, 70;
}

# A whole line of the boot.
sub boot_line {
  my ($text) = @_;
  return progress($text) unless $text =~ /^TOA-VM-BEGIN/;
  print "\r\e[K" if $terminal;
  printf "  up after %d s\n", time - $since;
  $booting = 0;
}

sub could_be_marker {
  my ($text) = @_;
  for my $marker ("TOA-VM-", "case ") {
    return 1 if index($marker, $text) == 0 || index($text, $marker) == 0;
  }
  return 0;
}

# A line, or the beginning of one, while the story is told.
sub story_line {
  my ($text, $whole) = @_;
  if (!could_be_marker($text)) { print $text; $shown = !$whole; $line = ""; return }
  return unless $whole;
  if ($text =~ /^TOA-VM-REBOOT/) { print "\n  rebooting\n"; ($booting, $since) = (1, time) }
  elsif ($text !~ /^(TOA-VM-|case )/) { print $text }
  $line = "";
}

sub part {
  my ($text) = @_;
  my $whole = $text =~ /\n\z/;
  if ($shown) { print $text; $shown = !$whole; return }
  $line .= $text;
  if (!$booting) { story_line($line, $whole) }
  elsif ($whole) { boot_line($line); $line = "" }
}

open my $console, "<:raw", $path or die "$path: $!\n";
while (1) {
  if (sysread $console, my $chunk, 65536) { part($_) for split /(?<=\n)/, $chunk }
  else { select undef, undef, undef, 0.05 }
}
