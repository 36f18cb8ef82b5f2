# SPDX-License-Identifier: Apache-2.0
# manual.pl PARTS FOLDER PAGE...: mends generated manual pages: names as man(1) looks them up (toa-install), code between backquotes,
# sentences on lines of their own, and the sections that no help text has.
use strict;
use warnings;

my ($parts, $folder, @pages) = @ARGV;

sub slurp {
  open my $in, '<', $_[0] or die "$_[0]: $!\n";
  local $/;
  my $text = <$in>;
  return $text;
}

sub verb { return $_[0] =~ m{/toa\.(.+)\.8$} ? $1 : undef }

# A line of prose as mdoc: each sentence on a line of its own, `code` as a quoted literal.
sub prose {
  my ($line) = @_;
  my $mdoc = '';
  while ($line =~ /\G([^`]*)(?:`([^`]*)`([,.;:)]?))?/gc) {
    my ($text, $code, $mark) = ($1, $2, $3);
    last if $text eq '' && !defined $code;
    my $opens = defined $code && $text =~ s/\($//;
    $text =~ s/^ +| +$//g;
    $text =~ s/([.:]) (?=[A-Z])/$1\n/g;
    $mdoc .= "$text\n" if $text ne '';
    next unless defined $code;
    $code =~ s/-/\\-/g;
    $mdoc .= ($opens ? '.Pq Ql ' : '.Ql ') . "\"$code\"" . ($mark eq '' || $opens && $mark eq ')' ? '' : " $mark") . "\n";
  }
  return $mdoc;
}

my %about;
for my $page (@pages) {
  my $verb = verb($page) or next;
  slurp($page) =~ /^\.Nd "(.*?)\.?"$/m or die "$page: no description\n";
  $about{$verb} = $1;
}

for my $page (@pages) {
  my $verb = verb($page);
  my $text = slurp($page) . "\n";
  $text =~ s/\A[^\n]*\n/.\\" SPDX-License-Identifier: Apache-2.0\n/;
  $text =~ s/^\.Nd "(.*?)\.?"$/.Nd $1/m;
  $text =~ s/^\.Nd (.*)$/".Nd " . $1 =~ s{`}{}gr/me;
  $text =~ s/^\.Pp\n(?=\.(?:It|El))//mg;
  # Between paragraphs of prose.
  $text =~ s/\n\n+(?=[^.\n])/\n.Pp\n/g;
  $text =~ s/^([^.\n].*)\n/prose($1)/mge;
  $text =~ s/^\.Sh "SEE ALSO".*\z//ms;
  if (defined $verb) {
    my ($name, $words) = ($verb =~ tr/./-/r, $verb =~ tr/./ /r);
    $text =~ s/^\.Dt .*$/.Dt \U TOA-$name\E 8/m;
    $text =~ s/^\.Dt  /.Dt /m;
    $text =~ s/^\.Nm "toa [^"]*"$/.Nm toa-$name/m;
    $text =~ s/^\.Sh SYNOPSIS\n\.Nm$/.Sh SYNOPSIS\n.Nm toa Cm $words/m;
    $text =~ s/^\.Sh "EXIT STATUS"\n\.Ex -std\n/.Sh "EXIT STATUS"\n0 when it is done or was already so; the others are listed in\n.Xr toa 8 .\n/m
      or die "$page: no exit status\n";
    my @parts = map { ".Xr toa-$_ 8" } map { tr/./-/r } grep { /^\Q$verb\E\./ } sort keys %about;
    $text .= ".Sh SEE ALSO\n" . join(" ,\n", '.Xr toa 8', @parts) . "\n";
  } else {
    my $list = ".Sh COMMANDS\n.Bl -tag -width Ds\n";
    $list .= '.It Xr toa-' . tr/./-/r . " 8\n" . prose($about{$_} . '.') for sort keys %about;
    $list .= ".El\n";
    my $more = $list . slurp("$parts/exit-status.mdoc") . slurp("$parts/files.mdoc");
    $text =~ s/^\.Sh "EXIT STATUS"\n\.Ex -std\n/$more/m or die "$page: no exit status\n";
    $text .= ".Sh SEE ALSO\n" . join(" ,\n", map { '.Xr toa-' . tr/./-/r . ' 8' } sort keys %about) . "\n";
  }
  my $file = $folder . '/' . (defined $verb ? 'toa-' . ($verb =~ tr/./-/r) . '.8' : 'toa.8');
  open my $out, '>', $file or die "$file: $!\n";
  print $out $text;
  close $out or die "$file: $!\n";
}
