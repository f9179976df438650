/** A program on the module path. */
module sample.squares {
    requires dev.krait;
}
