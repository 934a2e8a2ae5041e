@echo off
rem Runs the program of this checkout; builds it first where it is missing. Unlike bin/sas it does not notice changed
rem sources: remove examples\target\lib to have it built again. JAVA_HOME, SAS_JAVA_OPTS and SAS_NATIVE as in bin/sas.
setlocal
set "OUT=%~dp0..\examples\target"
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java.exe"
if not defined SAS_NATIVE set "SAS_NATIVE=cpu"
if not defined OPT_OUT_TRACKING set "OPT_OUT_TRACKING=true"

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
