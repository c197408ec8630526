# page_is_served LINK: the watch page is there, and so is each file that it names.
page_is_served() {
  local link="$1" page file files
  page=$(curl -sSf --max-time 20 --noproxy '*' "$link") || { echo "The watch page is not served."; return 1; }
  files=$(grep -oE '\./assets/[^"]+' <<<"$page") || { echo "The watch page names no files: $page"; return 1; }
  for file in $files; do
    curl -sSf --max-time 20 --noproxy '*' -o /dev/null "${link%/*}/${file#./}" || { echo "The watch page's $file is not served."; return 1; }
  done
}
