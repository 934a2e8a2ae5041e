@echo off
rem Runs the program of this checkout; builds it first where it is missing. Unlike bin/sas it does not notice changed
rem sources: remove examples\target\lib to have it built again. It reads JAVA_HOME,
rem SAS_JAVA_OPTS, SAS_NATIVE, SAS_TF32, OPT_OUT_TRACKING and OMP_WAIT_POLICY as bin/sas does.
setlocal
set "OUT=%~dp0..\examples\target"
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java.exe"
if not defined SAS_NATIVE set "SAS_NATIVE=cpu"
if not defined OPT_OUT_TRACKING set "OPT_OUT_TRACKING=true"
if not defined OMP_WAIT_POLICY set "OMP_WAIT_POLICY=passive"
if not defined SAS_TF32 set "SAS_TF32=0"
if not "%SAS_NATIVE%" == "cpu" if not "%SAS_NATIVE%" == "none" (
    echo sas: SAS_NATIVE = %SAS_NATIVE%: expected cpu or none 1>&2
    exit /b 2
)
if not "%SAS_TF32%" == "0" if not "%SAS_TF32%" == "1" (
    echo sas: SAS_TF32 = %SAS_TF32%: expected 0 or 1 1>&2
    exit /b 2
)
if "%SAS_TF32%" == "1" set "TORCH_ALLOW_TF32_CUBLAS_OVERRIDE=1"

if not exist "%OUT%\lib" (
    echo sas: building; the first build downloads about 200 MB 1>&2
    pushd "%~dp0.."
    call mvnw.cmd -q -B -pl examples -am package -Dmaven.test.skip=true -Dmaven.javadoc.skip=true ^
        -Dmaven.source.skip=true -Dspotless.check.skip=true -Dspotbugs.skip=true -Djacoco.skip=true 1>&2
    popd
)
if not exist "%OUT%\lib" (
    echo sas: the build failed 1>&2
    exit /b 1
)

set "CLASSES="
for %%J in ("%OUT%\sas-block-examples-*.jar" "%OUT%\lib\*.jar") do call :add "%%J" "%%~nJ"
"%JAVA%" -Xmx1g -Djava.awt.headless=true --enable-native-access=ALL-UNNAMED ^
    -Dai.djl.pytorch.graph_optimizer=false %SAS_JAVA_OPTS% ^
    -cp "%CLASSES%" io.github.sasblock.examples.cli.Sas %*
exit /b %ERRORLEVEL%

:add
set "NAME=%~2"
if "%NAME:~-8%" == "-sources" goto :eof
if "%SAS_NATIVE%" == "none" if "%NAME:~0,15%" == "pytorch-native-" goto :eof
set "CLASSES=%CLASSES%;%~1"
goto :eof
